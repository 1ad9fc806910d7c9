"""From logits to ids: options, transforms, sampling, constraints, stopping, the loop and beam search.

Knows no model. It is given a step function `(ids, state) -> (logits, state)`; see `decode` in
`decoding.decode` for the way in.
"""

"""From logits to ids: options, transforms, sampling, constraints, stopping, the loop and beam search.

Depends on no particular model: it is given a step function `(ids, state) -> (logits, state)`. The entry point is
`decode` in `decoding.loop`.
"""

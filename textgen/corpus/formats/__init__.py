"""The formats of corpora, one file each; `registry` finds them."""

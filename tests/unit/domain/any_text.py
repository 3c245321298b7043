"""What hypothesis types into our fields: any text, rich in what trips programs up."""

from __future__ import annotations

from hypothesis import strategies as st

# Lone surrogates, NUL, direction marks, stacked accents, fillers, and the signs that addresses are made of.
ODD = st.sampled_from("\ud800\0\u200f\u202e\u0301\u0345\u3164\ufeff\U0001f600İßſ王ガ @.<>\"'+-:xn")
ANY_TEXT = st.text(st.one_of(ODD, st.characters()), max_size=60)

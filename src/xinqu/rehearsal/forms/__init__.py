"""How each form is filled from the latent series: one module per form, one line per item."""

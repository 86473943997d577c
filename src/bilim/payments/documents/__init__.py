"""The page to which services send a payer back."""

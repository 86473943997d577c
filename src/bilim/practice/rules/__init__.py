"""Pure decisions about practice: what exercises are made of, whether an answer is right, when a word comes back."""

"""An index of words: what is written goes in with its transaction, what people type finds it in any script and with slips."""

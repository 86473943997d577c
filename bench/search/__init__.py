"""How well and how fast words are found: a catalogue made up of real words, and queries as people type them."""

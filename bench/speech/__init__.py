"""Speech: `make bench-speech`. Each figure stands beside its bar and how it was made; a run with one that misses fails."""

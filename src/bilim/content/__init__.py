"""Teaching material as its authors handle it: exported and imported as JSON, looked through for faults, with its files."""

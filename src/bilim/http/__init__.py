"""What every route shares: actors, bodies, errors, lists, files, documentation."""

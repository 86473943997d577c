"""Running the service: health, version."""

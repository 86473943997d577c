"""Running the service: health, metrics, jobs, backups."""

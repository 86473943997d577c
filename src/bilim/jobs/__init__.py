"""What runs after a commit: the runner of the outbox, in this process or under Celery."""

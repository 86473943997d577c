"""What runs after a commit or on the schedule: the runner of the outbox, in this process or under Celery."""

"""What instructors earn: a line for each course that was sold, and for each refund."""

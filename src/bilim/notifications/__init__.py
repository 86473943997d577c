"""What people are told: in the application, and by Telegram where they wish it."""

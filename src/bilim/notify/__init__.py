"""Messages to people, by Telegram."""

"""The tutor: interactive lessons, and the avatars that give them."""

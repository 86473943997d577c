"""Interactive lessons, and the avatars that give them."""

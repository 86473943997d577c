"""What can be said of a text by its words alone. No I/O but these modules' own data files."""

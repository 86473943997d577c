"""Click: its SHOP API, by which it prepares and completes payments, the link by which one is paid, and what it says afterwards."""

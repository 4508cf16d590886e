"""What runs inside a camera process."""

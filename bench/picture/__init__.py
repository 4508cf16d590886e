"""From raw bytes to JPEG, beside libjpeg-turbo on the finished picture."""

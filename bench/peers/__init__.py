"""What camstrm is measured beside; each module is run by the peers' own interpreter."""

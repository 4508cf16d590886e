"""Tools on the pictures: what is drawn over them, and what a person does to them."""

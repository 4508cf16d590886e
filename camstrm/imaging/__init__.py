"""From a camera's raw frame to a picture: unpack, demosaic, scale, JPEG."""

from camstrm.imaging.encoder import Picture, PictureEncoder
from camstrm.imaging.image import to_image

__all__ = ["Picture", "PictureEncoder", "to_image"]

"""From a camera's raw frame to a picture: unpack, demosaic, scale, JPEG."""

from camstrm.imaging.encoder import EncodedPicture, PictureEncoder
from camstrm.imaging.image import to_image

__all__ = ["EncodedPicture", "PictureEncoder", "to_image"]

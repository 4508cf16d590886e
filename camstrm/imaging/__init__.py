"""From a camera's raw frame to a picture: unpack, demosaic, scale, JPEG."""

from camstrm.imaging.encoder import EncodedPicture, PictureEncoder

__all__ = ["EncodedPicture", "PictureEncoder"]

"""From a camera's raw frame to a picture: unpack, demosaic, scale, JPEG."""

from camstrm.imaging.encoder import EncodedPicture, FrameEncoding, PictureEncoder

__all__ = ["EncodedPicture", "FrameEncoding", "PictureEncoder"]

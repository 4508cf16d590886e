"""The share panel: links for colleagues who may watch some cameras for some time.

``share_panel.SharePanel`` is the panel, ``qr_code.qr_pixmap`` draws the link for a phone.
"""

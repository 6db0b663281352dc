"""Banners: templates painted with Pillow. `banner_store.BannerStore` paints those of posts, `paint.paint_banner` any.

It knows no ledger and no care: who calls it has asked what may be said (`planning.eligibility`).
"""

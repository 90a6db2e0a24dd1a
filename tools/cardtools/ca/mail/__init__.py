"""Handing a card over by signed e-mail: read, checked, carried out."""

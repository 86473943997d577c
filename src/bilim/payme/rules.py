"""Payme's link. No I/O."""

from base64 import b64encode

NAME = "payme"
ACCOUNT = "order_id"
"""The account's one field, as the cash desk is set up in Payme's cabinet: the payment's number."""
LANGUAGE = "uz"


def checkout_link(base: str, merchant: str, number: str, amount: int, return_url: str = "", language: str = "") -> str:
    """Where a payment is paid. Values hold no semicolon: numbers and addresses of ours have none.

    >>> checkout_link("https://checkout.paycom.uz", "587f72c72cac0d162c722ae2", "197", 500)
    'https://checkout.paycom.uz/bT01ODdmNzJjNzJjYWMwZDE2MmM3MjJhZTI7YWMub3JkZXJfaWQ9MTk3O2E9NTAw'
    """
    parts = [f"m={merchant}", f"ac.{ACCOUNT}={number}", f"a={amount}"]
    parts += [f"l={language}"] if language else []
    parts += [f"c={return_url}"] if return_url else []
    return f"{base.rstrip('/')}/{b64encode(';'.join(parts).encode()).decode()}"

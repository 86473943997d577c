"""Payme: its Merchant API, by which it asks and tells about payments, and the link by which a payment is paid."""

"""What people are shown of a certificate: the PDF, and the page behind its QR code."""

"""What the floor's SQL says of a person wherever one is read; see `bench.floor.sql`."""

PREMIUM = "users.is_premium{yes} OR users.premium_until IS NOT NULL AND users.premium_until > :now"

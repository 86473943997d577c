"""The floor's SQL about payments by services; see `bench.floor.sql`."""

WORDS = ("cancelled", "captured", "closed", "created", "granted", "open", "payme", "pending", "plan", "refunded", "void", "waiting")
_JOINED = "FROM payments JOIN checkouts ON checkouts.payment_id = payments.id JOIN orders ON orders.id = checkouts.order_id"
_VIEW = f"""
    SELECT payments.id, checkouts.number, payments.kind, orders.title, payments.provider,
           CASE WHEN (payments.status = :is_captured AND payments.refunded = payments.amount) THEN :is_refunded
               ELSE CASE WHEN (payments.status = :is_pending AND payments.expires_at <= :now)
                   THEN :is_cancelled ELSE payments.status END END,
           payments.amount, payments.refunded, orders.course_id, orders.plan_id, orders.group_id, checkouts.url, payments.created_at,
           payments.expires_at, payments.captured_at
    {_JOINED}
"""
OWN = f"{_VIEW} WHERE payments.payer_id = :viewer_id ORDER BY payments.id DESC LIMIT :limit OFFSET :skip"
ONE = f"{_VIEW} WHERE payments.id = :payment_id AND payments.payer_id = :viewer_id"

_CAPTURED = "payments.status = :is_captured"
SHARES = f"""
    SELECT payments.kind, payments.provider, coalesce(sum(CASE WHEN ({_CAPTURED}) THEN 1 ELSE 0 END), 0),
        coalesce(sum(CASE WHEN (payments.status = :is_pending)
            THEN CASE WHEN (payments.status = :is_pending AND payments.expires_at <= :now) THEN 0 ELSE 1 END ELSE 0 END), 0),
        coalesce(sum(CASE WHEN ({_CAPTURED}) THEN payments.amount - payments.refunded ELSE 0 END), 0),
        coalesce(sum(CASE WHEN ({_CAPTURED}) THEN payments.refunded ELSE 0 END), 0)
    FROM payments GROUP BY payments.kind, payments.provider ORDER BY payments.kind, payments.provider
"""
ACTIVE = """
    SELECT count(*) FROM subscriptions
    WHERE subscriptions.revoked_at IS NULL AND subscriptions.starts_at <= :now AND subscriptions.ends_at > :now
"""
MONTHS = "SELECT month_sums.month, month_sums.income FROM month_sums ORDER BY month_sums.month DESC LIMIT 12{from_the_first}"

PLAN = """
    SELECT subscription_plans.name, subscription_plans.price, subscription_plans.duration_days FROM subscription_plans
    WHERE subscription_plans.id = :plan_id AND subscription_plans.deleted_at IS NULL
"""
OPEN_ORDER = """
    SELECT orders.id, orders.amount, orders.days FROM orders
    WHERE orders.user_id = :viewer_id AND orders.item_key = :item_key AND orders.status = :is_open {for_update}
"""
NEW_ORDER = """
    INSERT INTO orders (user_id, kind, item_key, course_id, plan_id, days, group_id, title, amount, status, coupon_use_id, created_at)
    VALUES (:viewer_id, :is_plan, :item_key, :no_id, :plan_id, :days, :no_id, :title, :amount, :is_open, :no_id, :now)
    ON CONFLICT DO NOTHING RETURNING orders.id
"""
WAITING = """
    SELECT payments.id FROM payments JOIN checkouts ON checkouts.payment_id = payments.id
    WHERE checkouts.order_id = :order_id AND payments.provider = :is_payme AND payments.status = :is_pending AND payments.expires_at > :now
"""
NEW_PAYMENT = """
    INSERT INTO payments (kind, provider, status, payer_id, group_id, amount, refunded, expires_at, created_at, updated_at)
    VALUES (:is_plan, :is_payme, :is_pending, :viewer_id, :no_id, :amount, 0, :until, :now, :now) RETURNING payments.id
"""
NEW_CHECKOUT = "INSERT INTO checkouts (payment_id, order_id, number) VALUES (:payment_id, :order_id, :number)"
TO_PAY = f"""
    SELECT payments.id, checkouts.number, payments.kind, orders.title, payments.amount, payments.payer_id, payments.expires_at,
           subscription_plans.stripe_price_id
    {_JOINED} LEFT OUTER JOIN subscription_plans ON subscription_plans.id = orders.plan_id WHERE payments.id = :payment_id
"""
NOTE_LINK = "UPDATE checkouts SET url=:url WHERE checkouts.payment_id = :payment_id"

_PAYMENT = f"""
    SELECT payments.id, checkouts.number, payments.provider, payments.kind, payments.status, payments.payer_id, payments.group_id,
           payments.amount, payments.refunded, payments.expires_at, payments.captured_at, checkouts.order_id,
           CASE WHEN (orders.group_id IS NOT NULL AND orders.status IN (:is_open, :is_closed) AND (EXISTS (SELECT tuition_months.id
               FROM tuition_months JOIN payment_months ON payment_months.year = tuition_months.year
                   AND payment_months.month = tuition_months.month
               WHERE payment_months.payment_id = payments.id AND tuition_months.user_id = orders.user_id
                   AND tuition_months.group_id = orders.group_id))) THEN :is_void ELSE orders.status END,
           orders.title
    {_JOINED} WHERE checkouts.number = :number AND payments.provider = :provider
"""
FIND, LOCK = _PAYMENT, f"{_PAYMENT} {{lock_payment}}"
_TRANSACTION = """
    SELECT provider_transactions.id, provider_transactions.provider, provider_transactions.provider_txn_id,
           provider_transactions.payment_id, checkouts.number, provider_transactions.amount, provider_transactions.state,
           provider_transactions.reason, provider_transactions.provider_time, provider_transactions.created_at,
           provider_transactions.expires_at, provider_transactions.captured_at, provider_transactions.cancelled_at
    FROM provider_transactions JOIN checkouts ON checkouts.payment_id = provider_transactions.payment_id
"""
TRANSACTION = f"""
    {_TRANSACTION} WHERE provider_transactions.provider = :provider AND provider_transactions.provider_txn_id = :provider_txn_id
"""
UNDER_WAY = f"{_TRANSACTION} WHERE provider_transactions.payment_id = :payment_id AND provider_transactions.state = :is_created"
BEGIN = """
    INSERT INTO provider_transactions (provider, provider_txn_id, payment_id, amount, state, provider_time, created_at, expires_at)
    VALUES (:provider, :provider_txn_id, :payment_id, :amount, :is_created, :said_at, :now, :until)
    ON CONFLICT DO NOTHING RETURNING provider_transactions.id
"""
CLICK_PAYMENT = "INSERT INTO click_payments (transaction_id, paydoc_id) VALUES (:transaction_id, :paydoc_id)"
TAKE = """
    UPDATE provider_transactions SET state=:is_captured, captured_at=:now
    WHERE provider_transactions.id = :transaction_id AND provider_transactions.state = :is_created
"""
PAY = "UPDATE payments SET status=:is_captured, captured_at=:now, updated_at=:now WHERE payments.id = :payment_id"
HELD_ORDER = """
    SELECT orders.id, orders.user_id, orders.item_key, orders.status, orders.course_id, orders.plan_id, orders.group_id, orders.days
    FROM orders WHERE orders.id = :order_id {for_update}
"""
BUY = """
    INSERT INTO purchases (user_id, course_id, created_at) VALUES (:user_id, :course_id, :now)
    ON CONFLICT (user_id, course_id) DO UPDATE SET created_at = excluded.created_at, revoked_at = :no_moment
    WHERE purchases.revoked_at IS NOT NULL RETURNING purchases.id
"""
JOIN = """
    INSERT INTO enrollments (user_id, course_id, created_at, studied_at) VALUES (:user_id, :course_id, :now, :now)
    ON CONFLICT DO NOTHING RETURNING enrollments.id
"""
GRANT = """
    INSERT INTO order_grants (order_id, payment_id, made_enrollment, created_at) VALUES (:order_id, :payment_id, {true}, :now)
    RETURNING order_grants.id
"""
GRANTED = "UPDATE orders SET status=:is_granted WHERE orders.id = :order_id"
OTHERS = """
    SELECT orders.id FROM orders WHERE orders.user_id = :user_id AND orders.item_key = :item_key AND orders.id != :order_id
        AND orders.status IN (:is_open, :is_closed) {skip_locked}
"""
ENQUEUE = """
    INSERT INTO jobs (queue, kind, payload, state, due_at, attempts, claims, in_doubt, created_at)
    VALUES (:queue, :kind, :payload, :is_waiting, :now, 0, 0, {false}, :now)
"""
ADD = """
    INSERT INTO month_sums (month, income, expense) VALUES (:month, :amount, 0)
    ON CONFLICT (month) DO UPDATE SET income = (month_sums.income + excluded.income), expense = (month_sums.expense + excluded.expense)
"""
LOG = """
    INSERT INTO payment_log (provider, kind, outcome, body, created_at) VALUES (:provider, :kind, :outcome, :body, :now)
    RETURNING payment_log.id
"""
EVENT = """
    INSERT INTO webhook_events (provider, event_id, kind, created_at) VALUES (:provider, :event_id, :kind, :now)
    ON CONFLICT DO NOTHING RETURNING webhook_events.id
"""
CHARGE = """
    INSERT INTO stripe_charges (payment_intent, refunded, created_at) VALUES (:provider_txn_id, 0, :now)
    ON CONFLICT DO NOTHING RETURNING stripe_charges.id
"""

_CAPTURE = (TAKE, PAY, HELD_ORDER, BUY, JOIN, GRANT, GRANTED, OTHERS, ENQUEUE, ADD)
PUBLIC = {
    "Payme's check": (FIND,),
    "Payme's Create": (TRANSACTION, LOCK, TRANSACTION, UNDER_WAY, BEGIN, TRANSACTION, LOG),
    "Payme's Perform": (TRANSACTION, LOCK, TRANSACTION, *_CAPTURE, LOG),
    "Click's Prepare": (LOCK, TRANSACTION, UNDER_WAY, BEGIN, TRANSACTION, CLICK_PAYMENT, LOG),
    "Click's Complete": (LOCK, TRANSACTION, *_CAPTURE, LOG),
    "Stripe's event": (EVENT, CHARGE, LOCK, TRANSACTION, BEGIN, TRANSACTION, *_CAPTURE, LOG),
}
SENT = {
    "own payments": (OWN,),
    "payment stats": (SHARES, ACTIVE, MONTHS),
    "order a plan": (PLAN, OPEN_ORDER, NEW_ORDER, WAITING, NEW_PAYMENT, NEW_CHECKOUT, ONE, TO_PAY, NOTE_LINK, ONE),
}
CONSTANTS: dict[str, str | None] = {f"is_{word}": word for word in WORDS} | {"no_id": None, "no_moment": None}
"""The product binds them too."""
TEXTS = (
    *(f"is_{word}" for word in WORDS),
    "number",
    "provider",
    "provider_txn_id",
    "event_id",
    "kind",
    "outcome",
    "body",
    "item_key",
    "title",
    "queue",
    "url",
)
"""Parameters that are texts."""

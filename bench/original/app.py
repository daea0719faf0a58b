"""The original's way to accept an order: Flask checks the token and the form, and RQ queues the job."""

import os
import re
import uuid

import jwt
from flask import Flask, jsonify, request
from redis import Redis
from rq import Queue

KEY = os.environ["JWT_SECRET"]
AUDIENCE = "orbital-witness/order-api"
ISSUER = "orbital-witness/auth-api"
REQUIRED = ["exp", "iat", "sub"]
FORMS = {
    "title_number": re.compile(r"[A-Z]{0,3}[0-9]{1,8}"),
    "document_type": re.compile(r"[a-z][a-z_]{0,31}"),
}

app = Flask(__name__)
queue = Queue("orders", connection=Redis.from_url(os.environ["REDIS_URL"]))


@app.get("/health")
def health():
    return "", 204


@app.post("/orders")
def place_order():
    try:
        claims = jwt.decode(
            request.form.get("token", ""),
            KEY,
            algorithms=["HS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": REQUIRED},
        )
    except jwt.InvalidTokenError as error:
        return jsonify(error=str(error)), 401
    if claims.get("can_order") is not True:
        return jsonify(error="this user may not order documents"), 403

    fields = {name: request.form.get(name, "") for name in FORMS}
    wrong = [name for name, form in FORMS.items() if not form.fullmatch(fields[name])]
    if wrong:
        return jsonify(error="these fields are missing or malformed", fields=wrong), 422

    order_id = str(uuid.uuid4())
    # The name of the function is enough: the worker imports it, and this process never does.
    queue.enqueue("reading.read_document", order_id, claims["user_id"], **fields, job_id=order_id)
    return jsonify(order_id=order_id, user_id=claims["user_id"], **fields, status="queued"), 202

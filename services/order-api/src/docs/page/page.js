globalThis.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // It would ask a server elsewhere.
  validatorUrl: null,
});

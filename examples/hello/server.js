// A service that says what it is: its digest and commit come from the workload, not from the image.
const { createServer } = require("node:http");

const { GREETING, WAYBILL_SERVICE, WAYBILL_ENVIRONMENT, WAYBILL_DIGEST, WAYBILL_COMMIT } = process.env;
const facts = {
  service: WAYBILL_SERVICE,
  environment: WAYBILL_ENVIRONMENT,
  digest: WAYBILL_DIGEST,
  commit: WAYBILL_COMMIT,
};

const server = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ greeting: GREETING, ...facts })}\n`);
  if (request.url === "/")
    console.log(JSON.stringify({ method: request.method, url: request.url, ...facts }));
});

server.listen(8080, () => console.log(JSON.stringify({ listening: 8080, ...facts })));
process.on("SIGTERM", () => server.close());

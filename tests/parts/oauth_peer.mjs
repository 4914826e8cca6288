// An OAuth 2 service for the tests: oauth2-mock-server, made to rotate, expire and revoke its tokens.
// node oauth_peer.mjs <oauth2-mock-server's module> <port> <control port>
import http from "node:http";
import { randomUUID } from "node:crypto";

const [library, port, control] = process.argv.slice(2);
const { OAuth2Server } = await import(library);
const paths = { authorize: "/tenant/oauth2/v2.0/authorize", token: "/tenant/oauth2/v2.0/token" };
const server = new OAuth2Server(undefined, undefined, { endpoints: paths });
await server.issuer.keys.generate("RS256");

const state = { user: "info", access: new Set(), refresh: new Set(), refreshes: 0, codes: 0, status: 0, life: 3600, secret: "s3cret" };

server.service.on("beforeResponse", (response, request) => {
  const asked = request.body;
  if (state.status) {
    response.statusCode = state.status;
    response.body = "busy";
  } else if (asked.client_secret !== state.secret) {
    response.statusCode = 401;
    response.body = { error: "invalid_client", error_description: "the secret has expired" };
  } else if (asked.grant_type === "refresh_token" && !state.refresh.delete(asked.refresh_token)) {
    response.statusCode = 400;
    response.body = { error: "invalid_grant", error_description: "the permission was withdrawn" };
  } else {
    state[asked.grant_type === "refresh_token" ? "refreshes" : "codes"] += 1;
    const refresh = randomUUID();
    response.body = { ...response.body, access_token: randomUUID(), refresh_token: refresh, expires_in: state.life };
    state.access.add(response.body.access_token);
    state.refresh.add(refresh);
  }
});

server.service.on("beforeUserinfo", (response, request) => {
  const token = (request.headers.authorization ?? "").replace("Bearer ", "");
  if (state.access.has(token)) response.body = { sub: state.user, email: state.user };
  else {
    response.statusCode = 401;
    response.body = { error: "invalid_token" };
  }
});

http
  .createServer((request, answer) => {
    const url = new URL(request.url, "http://localhost");
    if (url.pathname === "/expire") state.access.clear();
    if (url.pathname === "/revoke") for (const tokens of [state.access, state.refresh]) tokens.clear();
    for (const [name, value] of url.searchParams) state[name] = typeof state[name] === "number" ? Number(value) : value;
    answer.end(JSON.stringify({ refreshes: state.refreshes, codes: state.codes, access: [...state.access] }));
  })
  .listen(Number(control), "127.0.0.1");
await server.start(Number(port), "127.0.0.1");
console.log("ready");

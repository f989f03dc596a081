/** Crossbar's configuration: one router worker, realm1 open to anonymous clients, as fast as it comes. */

export function crossbarConfig(port: number): object {
  return {
    version: 2,
    workers: [
      {
        type: "router",
        realms: [
          {
            name: "realm1",
            roles: [
              {
                name: "anonymous",
                permissions: [
                  {
                    uri: "",
                    match: "prefix",
                    allow: { call: true, register: true, publish: true, subscribe: true },
                    disclose: { caller: false, publisher: false },
                    cache: true,
                  },
                ],
              },
            ],
          },
        ],
        transports: [
          {
            type: "web",
            endpoint: { type: "tcp", port, interface: "127.0.0.1", backlog: 1024 },
            paths: {
              "/": { type: "json", value: {} },
              ws: {
                type: "websocket",
                auth: { anonymous: { type: "static", role: "anonymous" } },
              },
            },
          },
        ],
      },
    ],
  };
}

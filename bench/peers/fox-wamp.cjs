// A fox-wamp router for the bench: realm1, which it makes when somebody joins it, on the given port of 127.0.0.1.
const Router = require("fox-wamp");

new Router().listenWAMP({ host: "127.0.0.1", port: Number(process.argv[2]) });

// A nexus router for the bench: realm1 open to anonymous clients, on the given port of 127.0.0.1, with nothing stored.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/gammazero/nexus/v3/router"
	"github.com/gammazero/nexus/v3/wamp"
)

// Messages that may wait for one client: nexus drops what comes beyond, and the bench would call that lost.
const queue = 65536

func main() {
	port := flag.Int("port", 0, "where to listen")
	flag.Parse()
	config := &router.Config{
		RealmConfigs: []*router.RealmConfig{{URI: wamp.URI("realm1"), AnonymousAuth: true}},
	}
	nexus, err := router.NewRouter(config, log.New(io.Discard, "", 0))
	if err != nil {
		log.Fatal(err)
	}
	defer nexus.Close()
	server := router.NewWebsocketServer(nexus)
	server.OutQueueSize = queue
	closer, err := server.ListenAndServe(fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	defer closer.Close()
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	<-interrupted
}

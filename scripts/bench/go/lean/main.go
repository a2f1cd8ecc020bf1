// Command lean is the leanest sensible control plane on opamp-go's server library: the last state of each agent in a
// map, no storage. Drover is measured beside it.
//
// It prints the same ready line as drover-server. POST /push on its HTTP port makes the body the remote configuration
// of every agent.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/open-telemetry/opamp-go/protobufs"
	"github.com/open-telemetry/opamp-go/server"
	"github.com/open-telemetry/opamp-go/server/types"
)

type silentLogger struct{}

func (silentLogger) Debugf(context.Context, string, ...any) {}
func (silentLogger) Errorf(context.Context, string, ...any) {}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	opampListen := flag.String("opamp-listen", "127.0.0.1:0", "OpAMP endpoint")
	httpListen := flag.String("http-listen", "127.0.0.1:0", "HTTP port of POST /push")
	flag.Parse()

	fleet := newFleet()
	callbacks := types.ConnectionCallbacks{
		OnMessage: func(_ context.Context, conn types.Connection, message *protobufs.AgentToServer) *protobufs.ServerToAgent {
			return fleet.received(conn, message)
		},
		OnConnectionClose: fleet.closed,
	}
	opamp := server.New(silentLogger{})
	err := opamp.Start(server.StartSettings{
		ListenEndpoint: *opampListen,
		Settings: server.Settings{Callbacks: types.Callbacks{
			OnConnecting: func(*http.Request) types.ConnectionResponse {
				return types.ConnectionResponse{Accept: true, ConnectionCallbacks: callbacks}
			},
		}},
	})
	if err != nil {
		fail(err)
	}

	listener, err := net.Listen("tcp", *httpListen)
	if err != nil {
		fail(err)
	}
	http.HandleFunc("POST /push", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		go fleet.push(remoteConfig(body))
	})
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"msg":   "ready",
		"opamp": "ws://" + opamp.Addr().String() + "/v1/opamp",
		"http":  "http://" + listener.Addr().String(),
		"pid":   os.Getpid(),
	})
	fail(http.Serve(listener, nil))
}

func remoteConfig(body []byte) *protobufs.AgentRemoteConfig {
	hash := sha256.Sum256(body)
	return &protobufs.AgentRemoteConfig{
		ConfigHash: hash[:],
		Config: &protobufs.AgentConfigMap{ConfigMap: map[string]*protobufs.AgentConfigFile{
			"bench": {Body: body, ContentType: "text/yaml"},
		}},
	}
}

// A Collector with an extension that speaks custom messages: it sends one when it is ready, and each one that it
// gets back to where it came from.
package main

import (
	"context"
	"errors"
	"log"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/opampcustommessages"
	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/opampextension"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/nopexporter"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/nopreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

const capability = "dev.drover.echo"

var echoType = component.MustNewType("echo")

type config struct{}

type echo struct {
	handler opampcustommessages.CustomCapabilityHandler
	done    chan struct{}
}

func (e *echo) Start(_ context.Context, host component.Host) error {
	for _, each := range host.GetExtensions() {
		registry, ok := each.(opampcustommessages.CustomCapabilityRegistry)
		if !ok {
			continue
		}
		handler, err := registry.Register(capability, opampcustommessages.WithMaxQueuedMessages(1000))
		if err != nil {
			return err
		}
		e.handler = handler
		go e.run()
		return nil
	}
	return errors.New("there is no opamp extension")
}

func (e *echo) run() {
	e.send("ready", nil)
	for {
		select {
		case <-e.done:
			return
		case message := <-e.handler.Message():
			e.send(message.Type, message.Data)
		}
	}
}

// send waits for the message before it: the library takes one at a time.
func (e *echo) send(messageType string, data []byte) {
	for {
		sent, err := e.handler.SendMessage(messageType, data)
		if err == nil {
			return
		}
		if sent == nil {
			log.Println("echo:", err)
			return
		}
		select {
		case <-e.done:
			return
		case <-sent:
		}
	}
}

func (e *echo) Shutdown(context.Context) error {
	close(e.done)
	return nil
}

// Dependencies has the opamp extension started first.
func (e *echo) Dependencies() []component.ID {
	return []component.ID{component.MustNewID("opamp")}
}

func newEchoFactory() extension.Factory {
	return extension.NewFactory(
		echoType,
		func() component.Config { return &config{} },
		func(context.Context, extension.Settings, component.Config) (extension.Extension, error) {
			return &echo{done: make(chan struct{})}, nil
		},
		component.StabilityLevelDevelopment,
	)
}

func factories() (otelcol.Factories, error) {
	var all otelcol.Factories
	var err error
	if all.Extensions, err = otelcol.MakeFactoryMap[extension.Factory](opampextension.NewFactory(), newEchoFactory()); err != nil {
		return all, err
	}
	if all.Receivers, err = otelcol.MakeFactoryMap[receiver.Factory](nopreceiver.NewFactory()); err != nil {
		return all, err
	}
	if all.Exporters, err = otelcol.MakeFactoryMap[exporter.Factory](nopexporter.NewFactory()); err != nil {
		return all, err
	}
	all.Telemetry = otelconftelemetry.NewFactory()
	return all, nil
}

func main() {
	command := otelcol.NewCommand(otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "otelcol-echo", Description: "a Collector that echoes", Version: "0.149.0"},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory(), envprovider.NewFactory()},
			},
		},
	})
	if err := command.Execute(); err != nil {
		log.Fatal(err)
	}
}

// The OTLP receiver of the OpenTelemetry collector. It prints each batch of spans as a line of OTLP's JSON.
// Argument: the address on which it listens, such as 127.0.0.1:4318.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
)

func main() {
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	http := map[string]any{"endpoint": os.Args[1]}
	settings := confmap.NewFromStringMap(map[string]any{"protocols": map[string]any{"http": http}})
	must(settings.Unmarshal(config))
	printer, err := consumer.NewTraces(printBatch)
	must(err)
	told := receiver.Settings{
		ID:                component.NewID(factory.Type()),
		TelemetrySettings: componenttest.NewNopTelemetrySettings(),
	}
	traces, err := factory.CreateTraces(context.Background(), told, config, printer)
	must(err)
	must(traces.Start(context.Background(), componenttest.NewNopHost()))
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
	must(traces.Shutdown(context.Background()))
}

func printBatch(_ context.Context, batch ptrace.Traces) error {
	line, err := (&ptrace.JSONMarshaler{}).MarshalTraces(batch)
	if err == nil {
		fmt.Println(string(line))
	}
	return err
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

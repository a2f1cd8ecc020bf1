package main

import (
	"fmt"
	"strings"
)

const effectiveConfigBytes = 3 * 1024

// collectorConfig is a Collector's configuration of 3 KB, a little different for each agent and round.
func collectorConfig(number, round int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# agent %05d, round %d\nreceivers:\n  otlp:\n    protocols:\n      grpc:\n        endpoint: 0.0.0.0:4317\n", number, round)
	fmt.Fprintf(&b, "  hostmetrics:\n    collection_interval: 30s\n    scrapers: {cpu: {}, memory: {}, disk: {}, network: {}}\n")
	b.WriteString("processors:\n  memory_limiter:\n    check_interval: 1s\n    limit_mib: 512\n")
	for i := 0; b.Len() < effectiveConfigBytes-500; i++ {
		fmt.Fprintf(&b, "  attributes/%02d:\n    actions:\n      - {key: team-%02d, value: platform-%d, action: upsert}\n", i, i, number%7)
	}
	b.WriteString("exporters:\n  otlphttp:\n    endpoint: https://otlp.example.com\n    compression: gzip\n    sending_queue: {enabled: true, queue_size: 5000}\n")
	b.WriteString("service:\n  pipelines:\n    metrics:\n      receivers: [otlp, hostmetrics]\n      processors: [memory_limiter, attributes/00]\n      exporters: [otlphttp]\n")
	for b.Len() < effectiveConfigBytes {
		b.WriteString("# padding to 3 KB\n")
	}
	return b.String()
}

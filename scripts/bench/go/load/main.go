// Command load plays thousands of OpAMP agents over WebSocket or plain HTTP, on one thread with one epoll, so that on a core of its
// own it is not what limits the server. It takes commands as lines of JSON and answers each with a line of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"syscall"
)

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(2)
}

func main() {
	endpoint := flag.String("url", "ws://127.0.0.1:4320/v1/opamp", "OpAMP endpoint of an IPv4 address")
	count := flag.Int("agents", 5000, "virtual agents")
	first := flag.Int("first", 0, "number of the first agent; each number is another instance uid")
	flag.IntVar(&contents, "contents", 0, "effective configurations that differ; 0: each agent has its own")
	flag.Parse()
	runtime.LockOSThread()

	target, err := url.Parse(*endpoint)
	if err != nil {
		fail(err.Error())
	}
	ip := net.ParseIP(target.Hostname()).To4()
	port, err := strconv.Atoi(target.Port())
	if ip == nil || err != nil {
		fail("the URL needs an IPv4 address and a port: " + *endpoint)
	}
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		fail(err.Error())
	}
	g := &generator{
		address: syscall.SockaddrInet4{Port: port, Addr: [4]byte(ip)},
		host:    target.Host,
		isHTTP:  target.Scheme == "http",
		request: []byte(fmt.Sprintf(handshakeRequest, target.Host)),
		epoll:   epoll,
		buffer:  make([]byte, 256*1024),
		phase:   idle{},
	}
	for i := range *count {
		number := *first + i
		g.agents = append(g.agents, &agent{number: number, uid: instanceUid(number), full: fullReport(number, 0, nil)})
	}
	commands := make(chan command)
	go readCommands(commands)
	fmt.Println(`{"do":"ready"}`)
	g.run(commands)
}

func readCommands(commands chan<- command) {
	defer close(commands)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var next command
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			fail("not a command: " + lines.Text())
		}
		commands <- next
	}
}

import io.opentelemetry.opamp.client.OpampClient;
import io.opentelemetry.opamp.client.OpampClientBuilder;
import io.opentelemetry.opamp.client.internal.connectivity.http.OkHttpSender;
import io.opentelemetry.opamp.client.internal.connectivity.websocket.OkHttpWebSocket;
import io.opentelemetry.opamp.client.internal.request.delay.PeriodicDelay;
import io.opentelemetry.opamp.client.internal.request.service.HttpRequestService;
import io.opentelemetry.opamp.client.internal.request.service.WebSocketRequestService;
import io.opentelemetry.opamp.client.internal.response.MessageData;
import io.opentelemetry.opamp.client.internal.state.State;
import io.opentelemetry.opamp.client.request.service.RequestService;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import okio.ByteString;
import opamp.proto.AgentConfigFile;
import opamp.proto.AgentConfigMap;
import opamp.proto.AgentDescription;
import opamp.proto.AgentRemoteConfig;
import opamp.proto.AnyValue;
import opamp.proto.KeyValue;
import opamp.proto.RemoteConfigStatus;
import opamp.proto.RemoteConfigStatuses;
import opamp.proto.ServerErrorResponse;

/**
 * An agent on opentelemetry-opamp-client that does what its standard input says and writes what happens to it to
 * standard output, one JSON object a line. Arguments and configurations: see ../go/client/main.go.
 */
public final class Client implements OpampClient.Callbacks {
  private final Effective effective = new Effective();

  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      options.put(pair[0], pair[1]);
    }
    Client callbacks = new Client();
    OpampClientBuilder builder = OpampClient.builder();
    builder.setRequestService(requestService(options.get("url"), Long.parseLong(options.get("heartbeatMs"))));
    builder.setInstanceUid(HexFormat.of().parseHex(options.get("uid")));
    builder.putIdentifyingAttribute("service.name", options.get("service"));
    builder.putIdentifyingAttribute("service.instance.id", options.get("instance"));
    builder.putIdentifyingAttribute("service.version", "1.0.0");
    builder.putNonIdentifyingAttribute("os.type", "linux");
    builder.enableRemoteConfig();
    builder.enableEffectiveConfigReporting();
    builder.setEffectiveConfigState(callbacks.effective);
    OpampClient client = builder.build(callbacks);

    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ", 2);
      if (words[0].equals("version")) client.setAgentDescription(description(options, words[1]));
      if (words[0].equals("stop")) {
        client.close();
        // Closing only asks for it: the goodbye leaves from another thread.
        Thread.sleep(500);
        say("stopped", "");
        break;
      }
    }
    System.exit(0);
  }

  private static RequestService requestService(String url, long heartbeatMs) {
    if (url.startsWith("ws")) {
      PeriodicDelay retry = PeriodicDelay.ofFixedDuration(Duration.ofMillis(500));
      return WebSocketRequestService.create(OkHttpWebSocket.create(url), retry);
    }
    PeriodicDelay poll = PeriodicDelay.ofFixedDuration(Duration.ofMillis(heartbeatMs));
    PeriodicDelay retry = PeriodicDelay.ofFixedDuration(Duration.ofMillis(heartbeatMs));
    return HttpRequestService.create(OkHttpSender.create(url), poll, retry);
  }

  private static AgentDescription description(Map<String, String> options, String version) {
    return new AgentDescription.Builder()
        .identifying_attributes(
            List.of(
                text("service.name", options.get("service")),
                text("service.instance.id", options.get("instance")),
                text("service.version", version)))
        .non_identifying_attributes(List.of(text("os.type", "linux")))
        .build();
  }

  private static KeyValue text(String key, String value) {
    return new KeyValue.Builder().key(key).value(new AnyValue.Builder().string_value(value).build()).build();
  }

  @Override
  public void onConnect(OpampClient client) {
    say("connected", "");
  }

  @Override
  public void onConnectFailed(OpampClient client, Throwable error) {
    say("connect-failed", ",\"error\":" + json(String.valueOf(error)));
  }

  @Override
  public void onErrorResponse(OpampClient client, ServerErrorResponse error) {
    say("error", ",\"error\":" + json(error.error_message));
  }

  @Override
  public void onMessage(OpampClient client, MessageData message) {
    AgentRemoteConfig config = message.getRemoteConfig();
    if (config == null) return;
    StringBuilder files = new StringBuilder();
    boolean isRefused = false;
    for (Map.Entry<String, AgentConfigFile> entry : config.config.config_map.entrySet()) {
      String body = entry.getValue().body.utf8();
      if (files.length() > 0) files.append(',');
      files.append(json(entry.getKey())).append(":{\"body\":").append(json(body));
      files.append(",\"contentType\":").append(json(entry.getValue().content_type)).append('}');
      isRefused |= body.contains("REFUSE");
    }
    say("config", ",\"hash\":" + json(config.config_hash.hex()) + ",\"files\":{" + files + "}");
    if (!isRefused) effective.set(config.config);
    client.setRemoteConfigStatus(
        new RemoteConfigStatus.Builder()
            .last_remote_config_hash(config.config_hash)
            .status(
                isRefused
                    ? RemoteConfigStatuses.RemoteConfigStatuses_FAILED
                    : RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)
            .error_message(isRefused ? "refused by the test agent" : "")
            .build());
  }

  private static synchronized void say(String event, String facts) {
    System.out.println("{\"event\":" + json(event) + facts + "}");
    System.out.flush();
  }

  private static String json(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char character : text.toCharArray()) {
      if (character == '"' || character == '\\') quoted.append('\\').append(character);
      else if (character < ' ') quoted.append(String.format("\\u%04x", (int) character));
      else quoted.append(character);
    }
    return quoted.append('"').toString();
  }

  private static final class Effective extends State.EffectiveConfig {
    private volatile opamp.proto.EffectiveConfig current = configOf(
        new AgentConfigMap.Builder()
            .config_map(
                Map.of(
                    "",
                    new AgentConfigFile.Builder()
                        .body(ByteString.encodeUtf8("start: true\n"))
                        .content_type("text/yaml")
                        .build()))
            .build());

    private static opamp.proto.EffectiveConfig configOf(AgentConfigMap map) {
      return new opamp.proto.EffectiveConfig.Builder().config_map(map).build();
    }

    void set(AgentConfigMap map) {
      current = configOf(map);
      notifyUpdate();
    }

    @Override
    public opamp.proto.EffectiveConfig get() {
      return current;
    }
  }
}

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.geo.GeoModulePlugin;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.join.ParentJoinPlugin;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.percolator.PercolatorPlugin;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch from its published jars: {@code SvetuNode DATA CONFIG}. */
public final class SvetuNode extends Node {
    private SvetuNode(Environment environment) {
        super(environment, List.of(Netty4Plugin.class, CommonAnalysisPlugin.class, MapperExtrasPlugin.class,
            PercolatorPlugin.class, ReindexPlugin.class, ParentJoinPlugin.class, PainlessPlugin.class,
            GeoModulePlugin.class), true);
    }

    public static void main(String[] arguments) throws Exception {
        Path data = Paths.get(arguments[0]);
        Settings settings = Settings.builder().put("path.home", data.toString()).put("path.data", data.resolve("data").toString())
            .build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), Paths.get(arguments[1]), () -> "one");
        LogConfigurator.configure(environment);
        SvetuNode node = new SvetuNode(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        Thread.currentThread().join();
    }
}
